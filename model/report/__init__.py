"""The report: everything a workspace has found out, as one document to hand in.

`contents` computes what it says, `words` puts it into sentences, `drawings` draws (`svg` says how), `html` sets it.
"""
