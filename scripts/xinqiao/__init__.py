"""Xinqiao 心桥: a mental-health education portal that a college can adopt by cloning one repository."""

__version__ = "0.1.0"
