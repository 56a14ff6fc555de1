"""How somebody gets in again who is locked out or has forgotten the password, at `/recovery`.

Owns the recoveries and what is recorded for them. It opens no session: whoever recovered signs in like everybody else. What an
operator decides is asked of it by the pages of the staff.
"""
