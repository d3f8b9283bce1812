"""HTTP code that both hosts share: addresses, headers, cookies, form bodies and errors."""
