//! Finished PDF files put together. Knows no award and no template.
