"""«Подтверждение данных»: the person looks at what the register knows, corrects it, adds a document, and says that it is right.

Contacts change at once. Who somebody is, and what they were vaccinated with, is only asked for: a request that staff decide.
"""
