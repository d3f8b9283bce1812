"""The editor of questionnaires: pages for a vendor's back office, without a framework.

::

    serving        finds the page of a request, and answers it
    frame          what every page shows: the office, the language, the links
    pages          what each page shows
    acts           what each form does
    place_forms    the form of each place of a document: its fields
    fields         one field of a form: from a document to text, and back
    option_fields  the options of a choice, as rows of fields
    condition_form conditions, as rows of selects
    references     the questions that a place can refer to
"""
