"""Pictures that prove nothing because many have them: kept by hand, or noticed because one matches too much.

``pictures`` keeps the list and a moderator's word, ``quarantine`` notices and holds back. What somebody says of one
work only (“not mine”) is ``Suppression``, in ``telling``; how matches are found is in ``reporting.matching``.
"""
