"""What one who asks is to a patient: the patient, one who speaks for them, or nobody."""
