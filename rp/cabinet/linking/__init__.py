"""The form by which somebody whom the provider's claims do not lead to their records finds them: ИНН, birth date, and a telephone
that a code proves. What does not fit is refused in one sentence that tells nobody which part it was.
"""
