"""Makes public: key points, page, workbook and files of a release, in every language of the profile."""
