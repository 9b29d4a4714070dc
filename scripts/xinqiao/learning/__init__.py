"""Courses, quizzes and scenarios, read from Markdown and made into plain pages."""
