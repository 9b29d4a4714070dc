"""Pelican's settings: one run a language, each giving fragments and a feed, nothing else.

What differs between colleges and languages comes from the environment, set by `xinqiao build`.
"""

import json
import os
from pathlib import Path

LANG = os.environ.get("XINQIAO_LANG", "zh")
DEFAULT_LANG = LANG
SITENAME = os.environ.get("XINQIAO_TITLE", "心桥 Xinqiao")
# Absolute addresses for the feed; an empty SITEURL would give broken ids.
SITEURL = os.environ.get("XINQIAO_SITE_URL", "http://127.0.0.1:8000") + f"/{LANG}"
RELATIVE_URLS = True
TIMEZONE = "Asia/Shanghai"
AUTHOR = ""

# What stands in the registries: events by slug as they stand on the build's day, the tags' names by slug.
_told = os.environ.get("XINQIAO_NEWS", "")
NEWS = json.loads(Path(_told).read_text(encoding="utf-8")) if _told else {"events": {}, "tags": {}}
# So many are on the first page of the news; the archive has all.
LATEST = 20

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
TAG_URL = "news/tags/{slug}/"
TAG_SAVE_AS = "news/tags/{slug}/index.md"
TAGS_URL = "news/tags/"
TAGS_SAVE_AS = "news/tags/index.md"
YEAR_ARCHIVE_URL = "news/archive/{date:%Y}/"
YEAR_ARCHIVE_SAVE_AS = "news/archive/{date:%Y}/index.md"
ARCHIVES_URL = "news/archive/"
ARCHIVES_SAVE_AS = "news/archive/index.md"
INDEX_URL = "news/"
INDEX_SAVE_AS = "news/index.md"
DIRECT_TEMPLATES = ["index", "tags", "archives"]

# The other language has a run of its own. What exists in that one alone is in the lists of both; its page here,
# which says so, is not Pelican's.
ARTICLE_LANG_URL = ARTICLE_URL
ARTICLE_LANG_SAVE_AS = ""
# A draft has no file anywhere.
DRAFT_SAVE_AS = ""
DRAFT_LANG_SAVE_AS = ""
PAGE_SAVE_AS = ""
DRAFT_PAGE_SAVE_AS = ""
AUTHOR_SAVE_AS = ""

FEED_DOMAIN = SITEURL
FEED_ATOM = "news/atom.xml"
FEED_ALL_ATOM = None
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
