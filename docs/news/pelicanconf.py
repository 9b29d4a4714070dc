"""Pelican's settings: one run a language, each giving fragments and a feed, nothing else.

What differs between colleges and languages comes from the environment, set by `xinqiao build`.
"""

import os

LANG = os.environ.get("XINQIAO_LANG", "zh")
DEFAULT_LANG = LANG
SITENAME = os.environ.get("XINQIAO_TITLE", "心桥 Xinqiao")
# Absolute addresses for the feed; an empty SITEURL would give broken ids.
SITEURL = os.environ.get("XINQIAO_SITE_URL", "http://127.0.0.1:8000") + f"/{LANG}"
RELATIVE_URLS = True
TIMEZONE = "Asia/Shanghai"
AUTHOR = ""

PATH = "."
ARTICLE_PATHS = ["events", "recaps", "policy"]
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
THEME_STATIC_PATHS: list[str] = []
READERS = {"html": None, "rst": None}
USE_FOLDER_AS_CATEGORY = True
SLUGIFY_SOURCE = "basename"
DEFAULT_PAGINATION = False
CACHE_CONTENT = False
LOAD_CONTENT_CACHE = False
MARKDOWN = {
    "extensions": ["tables", "footnotes", "attr_list", "md_in_html"],
    "output_format": "html5",
}

# A page lies in a folder of its own, so that relative addresses mean the same before and after MkDocs.
ARTICLE_URL = "news/{category}/{slug}/"
ARTICLE_SAVE_AS = "news/{category}/{slug}/index.md"
CATEGORY_URL = "news/{slug}/"
CATEGORY_SAVE_AS = "news/{slug}/index.md"
INDEX_URL = "news/"
INDEX_SAVE_AS = "news/index.md"
DIRECT_TEMPLATES = ["index"]

# The other language has a run of its own; a draft has no file anywhere.
ARTICLE_LANG_SAVE_AS = ""
DRAFT_SAVE_AS = ""
DRAFT_LANG_SAVE_AS = ""
PAGE_SAVE_AS = ""
DRAFT_PAGE_SAVE_AS = ""
AUTHOR_SAVE_AS = ""
TAG_SAVE_AS = ""
ARCHIVES_SAVE_AS = ""

FEED_DOMAIN = SITEURL
FEED_ATOM = "news/atom.xml"
FEED_ALL_ATOM = None
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
