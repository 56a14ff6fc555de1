"""The terms of the register: nobody sees their cabinet before they have agreed, and again after the terms have changed."""
