"""Everything of Areole that is not screen: photos in, classifiers and figures out. Never imports streamlit."""
