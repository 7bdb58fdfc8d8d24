"""Everything of Areole but the screen: photos in, classifiers and figures out. No streamlit."""

from model.runtime import share_cores, share_memory

share_cores()
share_memory()
