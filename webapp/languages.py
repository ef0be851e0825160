"""The languages Frontrow speaks."""

LANGUAGES = {"en": "English", "ko": "한국어"}
