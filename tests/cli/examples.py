"""What must be there for the example of a command to work as it stands, beside a seeded `evireg.db`."""

from __future__ import annotations

#: Files in the current folder.
FILES: dict[str, str] = {
    "evidence.csv": """study_key,biomarker,endpoint,hr,ci_low,ci_high,adjusted
kim2016,NLR,OS,1.56,1.08,2.27,yes
lee2017,NLR,OS,2.10,1.20,3.70,yes
""",
    "page3.pdf": "%PDF-1.7\n",
}

#: Command → command lines that run before its example, without `evireg`.
BEFORE: dict[str, list[str]] = {}
