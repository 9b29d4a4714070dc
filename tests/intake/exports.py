"""The same answers as each system would export them: what has to come in equal, whatever it came as."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORM = """
settings: {form_id: club, version: 1, purpose: survey, title: {zh: 活动意向, en: Club}}
consent: {zh: 同意, en: I agree}
survey:
  - {type: select_one grade, name: grade, label: {zh: "您的年级是？", en: "Which year are you in?"}, required: true}
  - {type: select_multiple act, name: acts, label: {zh: "您希望参加哪些活动？", en: "Which activities would you join?"}}
  - {type: text, name: acts_other, label: {zh: 其他活动是, en: The other activity}, role: free-text}
  - {type: text, name: note, label: {zh: 请填写建议, en: Your suggestions}, role: free-text}
  - {type: select_one freq, name: interest, label: {zh: 做事时提不起劲, en: Little interest in things}}
  - {type: select_one freq, name: low, label: {zh: 感到心情低落, en: Feeling down}}
choices:
  grade:
    - {name: y1, score: 0, label: {zh: 大一, en: First}}
    - {name: y2, score: 1, label: {zh: 大二, en: Second}}
  act:
    - {name: talk, score: 1, label: {zh: 讲座, en: Talk}}
    - {name: sand, score: 2, label: {zh: "沙盘, 绘画", en: "Sand play, drawing"}}
    - {name: other, score: 3, label: {zh: 其他, en: Other}}
  freq:
    - {name: never, score: 0, label: {zh: 完全没有, en: Not at all}}
    - {name: some, score: 1, label: {zh: 几天, en: Several days}}
    - {name: daily, score: 3, label: {zh: 几乎天天, en: Nearly every day}}
seal_to: [aggregation, recovery]
retention: {days: 365}
"""
ADDRESS, AGENT, MAIL = "203.0.113.77(安徽-合肥)", "MarkedAgent/7.1", "marked.person@example.org"
NOTE = "夜里总是醒着，\n想找人说说"
CHOSEN = {"grade": ("y1", "y2"), "act": ("talk", "sand", "other"), "freq": ("never", "some", "daily")}
ZH = {
    "y1": "大一", "y2": "大二", "talk": "讲座", "sand": "沙盘, 绘画", "other": "其他",
    "never": "完全没有", "some": "几天", "daily": "几乎天天",
}  # fmt: skip
SCORES = {"y1": 0, "y2": 1, "talk": 1, "sand": 2, "other": 3, "never": 0, "some": 1, "daily": 3}
PLACES = {name: str(at) for names in CHOSEN.values() for at, name in enumerate(names, start=1)}

Answers = Mapping[str, Any]
PEOPLE: Sequence[Answers] = (
    {"grade": "y1", "acts": ("talk", "sand"), "note": NOTE, "interest": "some", "low": "never"},
    {"grade": "y2", "acts": ("sand",), "low": "daily"},
    {"grade": "y1"},
    {"grade": "y2", "acts": ("talk", "sand"), "note": "很好", "interest": "daily", "low": "daily"},
)
# A person who wrote something beside a choice, where a system can tell the two apart.
BESIDE: Answers = {
    "grade": "y1",
    "acts": ("talk", "other"),
    "acts_other": "读书会┋电影",
    "interest": "never",
    "low": "some",
}
DAYS = ("2025/11/20", "2025/11/20", "2025/11/21", "2025/11/21", "2025/11/22")
CLOCKS = ("8:05:09", "21:15:00", "00:00:01", "12:30:00", "23:59:59")


@dataclass(frozen=True)
class Export:
    """The rows of a file, its header first; the answers that must come of it; the mapping file that it needs."""

    rows: Sequence[Sequence[str]]
    people: Sequence[Answers]
    mapping: str = ""


def _numbered(people: Sequence[Answers]) -> Iterator[tuple[int, Answers, str]]:
    return ((at, person, f"{DAYS[at]} {CLOCKS[at]}") for at, person in enumerate(people))


def wenjuanxing(
    given: Sequence[Answers], written: Mapping[str, str], empty: tuple[str, str], mapping: str = ""
) -> Export:
    people = (*given, BESIDE)

    def cell(person: Answers, name: str, skipped: bool = False) -> str:
        told = person.get(name, "")
        if not told:
            return empty[skipped]
        if isinstance(told, str):
            return written.get(told, told)
        beside = {"other": f"〖{person['acts_other']}〗"} if "acts_other" in person else {}
        return "┋".join(written[choice] + beside.get(choice, "") for choice in told)

    rows = [
        [str(at + 1), moment, "63秒", "微信", AGENT, ADDRESS, cell(one, "grade"), cell(one, "acts"), cell(one, "note"),
         cell(one, "interest", skipped=True), cell(one, "low", skipped=True)]
        for at, one, moment in _numbered(people)
    ]  # fmt: skip
    header = [
        "序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的年级是？", "2、您希望参加哪些活动？",
        "3、请填写建议", "4、过去两周(做事时提不起劲)", "4、过去两周(感到心情低落)",
    ]  # fmt: skip
    return Export([header, *rows], people, f"questions: {{acts: {{other: acts_other}}}}\n{mapping}")


def google(people: Sequence[Answers] = PEOPLE) -> Export:
    shapes = (
        "2025/11/20 上午 8:05:09 [GMT+8]",
        "2025/11/20 21:15:00",
        "2025/11/21 0:00:01",
        "2025/11/21 下午 12:30:00 GMT+8",
    )
    header = ["时间戳记", "电子邮件地址", "您的年级是？", "您希望参加哪些活动？", "请填写建议",
              "过去两周 [做事时提不起劲]", "过去两周 [感到心情低落]"]  # fmt: skip
    rows = [
        [shapes[at], MAIL, ZH[one["grade"]], ", ".join(ZH[act] for act in one.get("acts", ())), one.get("note", ""),
         ZH.get(one.get("interest", ""), ""), ZH.get(one.get("low", ""), "")]
        for at, one in enumerate(people)
    ]  # fmt: skip
    return Export([header, *rows], people)


def microsoft(people: Sequence[Answers] = PEOPLE) -> Export:
    asked = ["您的年级是？\xa0", "您希望参加\n哪些活动？", "请填写建议", "做事时提不起劲", "感到心情低落"]
    points = [title for one in asked for title in (one, f"Points - {one}", f"Feedback - {one}")]
    header = ["Id", "Start time", "Completion time", "Email", "Name", "Total points", *points, "感到心情低落2"]
    rows = []
    for at, one, moment in _numbered(people):
        cells = [ZH[one["grade"]], "".join(f"{ZH[act]};" for act in one.get("acts", ())), one.get("note", ""),
                 ZH.get(one.get("interest", ""), ""), ZH.get(one.get("low", ""), "")]  # fmt: skip
        told = [part for cell in cells for part in (cell, "0", "")]
        rows.append([str(at + 1), "2025/11/20 7:00:00", moment, MAIL, "匿名", "3", *told, "第二次问"])
    mapping = "drop: [感到心情低落2]\nquestions: {acts: {column: 您希望参加 哪些活动？}}\n"
    return Export([header, *rows], people, mapping)


def limesurvey(people: Sequence[Answers] = PEOPLE) -> Export:
    header = ["id", "submitdate", "lastpage", "startlanguage", "seed", "ipaddr", "refurl", "grade. 您的年级是？",
              *(f"acts[{act}]" for act in CHOSEN["act"]), "note", "interest", "low"]  # fmt: skip
    rows = [
        [str(at + 1), f"{DAYS[at].replace('/', '-')} {CLOCKS[at]}", "3", "zh-Hans", "77", ADDRESS, AGENT,
         ZH[one["grade"]], *("Y" if act in one.get("acts", ()) else "" for act in CHOSEN["act"]), one.get("note", ""),
         ZH.get(one.get("interest", ""), ""), ZH.get(one.get("low", ""), "")]
        for at, one, _ in _numbered(people)
    ]  # fmt: skip
    unfinished = ["9", "", "1", "zh-Hans", "78", ADDRESS, AGENT, "大一", "", "", "", "", "", ""]
    return Export([header, *rows, unfinished], people)


def formbricks(people: Sequence[Answers] = PEOPLE) -> Export:
    header = ["No.", "Response ID", "Timestamp", "Finished", "Survey ID", "User ID", "Tags", "userAgent - browser",
              "country", "1. 您的年级是？", "1. 您的年级是？ - Option ID", "2. 您希望参加哪些活动？", "3. 请填写建议",
              "4. 过去两周 - 做事时提不起劲", "4. 过去两周 - 感到心情低落"]  # fmt: skip
    rows = [
        [str(at + 1), f"cm{at:05}", f"{DAYS[at].replace('/', '-')} {CLOCKS[at].zfill(8)}", "Yes", "cSurvey", MAIL, "",
         AGENT, "CN", ZH[one["grade"]], "o1", "; ".join(ZH[act] for act in one.get("acts", ())), one.get("note", ""),
         ZH.get(one.get("interest", ""), ""), ZH.get(one.get("low", ""), "")]
        for at, one, _ in _numbered(people)
    ]  # fmt: skip
    left = ["9", "cm00009", "2025-11-22 09:00:00", "No", "cSurvey", MAIL, "", AGENT, "CN", "大一", "o1", *[""] * 4]
    return Export([header, *rows, left], people)


def odk(people: Sequence[Answers] = PEOPLE) -> Export:
    header = ["SubmissionDate", "seat-grade", "seat-acts", *(f"seat-acts/{act}" for act in CHOSEN["act"]), "note",
              "interest", "low", "meta-instanceID", "KEY", "SubmitterName", "DeviceID", "FormVersion"]  # fmt: skip
    rows = [
        [f"{DAYS[at].replace('/', '-')}T{CLOCKS[at].zfill(8)}.462Z", one["grade"], " ".join(one.get("acts", ())),
         *("1" if act in one.get("acts", ()) else "0" for act in CHOSEN["act"]), one.get("note", ""),
         one.get("interest", ""), one.get("low", ""), f"uuid:{at}", f"uuid:{at}", MAIL, AGENT, "1"]
        for at, one, _ in _numbered(people)
    ]  # fmt: skip
    return Export([header, *rows], people)


def plain(people: Sequence[Answers] = PEOPLE) -> Export:
    header = ["grade", "Which activities would you join?", "note", "interest", "low", "when"]
    rows = [
        [one["grade"], "; ".join(ZH[act] for act in one.get("acts", ())), one.get("note", ""),
         one.get("interest", ""), one.get("low", ""), DAYS[at]]
        for at, one, _ in _numbered(people)
    ]  # fmt: skip
    return Export([header, *rows], people, "day: when\n")


TEXT, CODES = ("(空)", "(跳过)"), ("-2", "-3")
EXPORTS: Mapping[str, Callable[..., Export]] = {
    "wenjuanxing-text": lambda people=PEOPLE: wenjuanxing(people, ZH, TEXT),
    "wenjuanxing-code": lambda people=PEOPLE: wenjuanxing(people, PLACES, CODES, "mode: code\n"),
    "wenjuanxing-score": lambda people=PEOPLE: wenjuanxing(
        people, {name: str(score) for name, score in SCORES.items()}, CODES, "mode: score\n"
    ),
    "google": google,
    "microsoft": microsoft,
    "limesurvey": limesurvey,
    "formbricks": formbricks,
    "odk": odk,
    "plain": plain,
}


def as_csv(export: Export, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(export.rows)
    return text.getvalue().encode(encoding)


def as_xlsx(export: Export) -> bytes:
    import openpyxl  # noqa: PLC0415 - one test of many

    book, raw = openpyxl.Workbook(), io.BytesIO()
    for row in export.rows:
        book.active.append(row)
    book.save(raw)
    return raw.getvalue()


def write(folder: Path, export: Export, kind: str) -> tuple[Path, Path]:
    """The export and its mapping file in a folder."""
    file, mapping = folder / f"export-{kind}.{'xlsx' if kind == 'xlsx' else 'csv'}", folder / "mapping.yml"
    file.write_bytes(as_xlsx(export) if kind == "xlsx" else as_csv(export, kind))
    mapping.write_text(f"form: club\n{export.mapping}", encoding="utf-8")
    return file, mapping
