"""Everything of Areole that is not screen: photos in, classifiers and figures out. Never imports streamlit."""

from model.runtime import share_cores, share_memory

share_cores()
share_memory()
