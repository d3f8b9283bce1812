"""Questionnaires: what is asked, the answers so far, and the result (QU-1 to QU-4).

::

    publishing          reads a document into a definition, or reports all of its faults
    drafts              documents that an office still works on; editing changes them
    document_checks     its checks, with schema_checks (fragments of JSON Schema), misfits (schemas that do not fit
                        their question), condition_checks (conditions that say nothing; outcomes: which comparisons can
                        hold together), beside_checks (texts beside options) and size_limits
                        value_checks (one answer against another, and computed values)
    definition_builder  from a document that was checked to a definition
    definition          a questionnaire as values
    conditions          when a condition holds
    schemas             what one answer must be: JSON Schema, with keywords and validation
    patterns            regular expressions, searched for by RE2; ecma262 rewrites them
    rows                the keys of rows, and the pages that there are for each of them
    replies             one answer: tidied and checked; written_forms: telephone numbers, IBANs, and the like
    said_answers        earlier answers in texts; text_checks refuses references to others
    explanations        emphasis and links in helps and intros
    earlier_options     options that are earlier answers, and the checks of them
    computing           computed values: sums, differences, products and years; number_texts: numbers in words
    defaults            what a page has filled in before it was saved, and the checks of it
    projection          the visible pages and questions, and the effective answers: every view is made of it
    answering           filling in: save, back, resume, complete; digest_cache: which answers were valid before
    unasked             the questions that were hidden when their page was saved
    revision_change     the answers so far under another revision
    assignments         one client's copy, from assigning to the result; answer_files: the files among its answers
    given               what the office answered when it assigned it
    results             the answers of a completed one, as JSON
"""
