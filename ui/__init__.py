"""What people touch: the `roadmap` command line (`ui.cli`) and the Streamlit chat (`ui.app`). Nothing imports this package."""
