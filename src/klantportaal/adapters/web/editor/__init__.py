"""The editor of questionnaires: pages for a vendor's back office, without a framework.

::

    serving          finds the page of a request, and answers it
    frame            what every page shows: the office, the language, the links
    pages            what each page shows; views: the parts of it
    acts             what each form does
    place_forms      the form of each place of a document: its fields
    fields           one field of a form: from a document to text, and back; moments: days in words
    option_fields    the options of a choice, as rows of fields
    default_fields   what is filled in beforehand
    compute_fields   how a computed question is worked out
    conditions       the condition of a place: what its form sends, and the condition in words
    condition_groups the condition as groups of comparisons; condition_form: one comparison as a row of selects
    condition_views  the parts of a condition as its form shows them
    references       the questions that a place can refer to
"""
