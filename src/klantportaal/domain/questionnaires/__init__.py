"""Questionnaires: what is asked, what is answered so far, and what comes of it (QU-1 to QU-4).

::

    publishing     a document becomes a definition, or every fault in it is named: checking, structuring
    definition     what a questionnaire asks          conditions, schemas, patterns    what it consists of
    replies        one answer: tidied, and checked
    projecting     which pages and questions are visible, and the answers that count: what every view is made of
    answering      Volgende, Vorige, resume, completion
    rebasing       the answers so far under another revision
    assignments    one client's copy, from assigning to the result; answer_files: the files among its answers
    results        the answers of a completed one, as JSON
"""
