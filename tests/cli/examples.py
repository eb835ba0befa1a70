"""What must be there for the example of a command to work as it stands, beside a seeded `evireg.db`."""

from __future__ import annotations

#: Files in the current folder.
FILES: dict[str, str] = {
    "evidence.csv": """study_key,biomarker,endpoint,hr,ci_low,ci_high,adjusted
kim2016,NLR,OS,1.56,1.08,2.27,yes
lee2017,NLR,OS,2.10,1.20,3.70,yes
""",
    "hospital.csv": """study_key,biomarker,endpoint,Hazard ratio
kim2016,NLR,OS,1.56
""",
    "search.ris": """TY  - JOUR
AU  - Song, Moo-Kon
TI  - Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly Diagnosed Multiple Myeloma
PY  - 2009
JF  - Korean J Intern Med
VL  - 24
SP  - 368
EP  - 373
DO  - 10.3904/kjim.2009.24.4.368
ER  -

TY  - JOUR
AU  - Song, M. K.
TI  - Elevation of serum ferritin is associated with the outcome of patients with newly diagnosed multiple myeloma
PY  - 2009
ER  -

TY  - JOUR
AU  - Armand, P.
TI  - Prognostic impact of elevated pretransplantation serum ferritin in patients undergoing myeloablative stem cell
  transplantation
PY  - 2007
JF  - Blood
VL  - 109
SP  - 4586
ER  -
""",
    "protocol.toml": """[query.ferritin-os]
where = 'factor == "ferritin" and endpoint == "OS" and measure == "hr"'
prespecified = "CRD42024512345"
options = { method = "PM", threshold = 1.25 }
""",
    "page3.pdf": "%PDF-1.7\n",
}

#: Command → command lines that run before its example, without `evireg`.
BEFORE: dict[str, list[str]] = {
    "explain": [
        "query run nlr-myeloma-os --as Ada",
        "amend kim2016/OS/b0f2d47f hr=1.65 ci_low=1.08 --reason misprint --as Ada",
    ],
    "snapshot list": ["snapshot create 2026-06 --as Ada"],
    "snapshot show": ["snapshot create 2026-06 --as Ada"],
    "snapshot diff": [
        "snapshot create 2026-06 --as Ada",
        "amend kim2016 country=Peru --reason x --as Ada",
    ],
    "snapshot verify": ["snapshot create 2026-06 --as Ada"],
    "snapshot export": ["snapshot create 2026-06 --as Ada"],
    "snapshot import": [
        "snapshot create 2026-06 --as Ada",
        "snapshot export 2026-06 evidence-2026-06.zip",
        "init --db copy.db",
    ],
    "run list": ["query run nlr-myeloma-os --as Ada"],
    "run show": ["query run nlr-myeloma-os --as Ada"],
    "run verify": ["query run nlr-myeloma-os --as Ada"],
    "watch": ["query run nlr-myeloma-os --as Ada"],
    "grade show": ["grade rate nlr-myeloma-os imprecision none --reason narrow --as Ada"],
    "map show": ["import hospital.csv --map 'hr=Hazard ratio' --save-map hospital"],
    "map rm": ["import hospital.csv --map 'hr=Hazard ratio' --save-map hospital"],
    "refs duplicates": ["refs import search.ris --from Embase --as Ada"],
    "refs same": ["refs import search.ris --from Embase --as Ada"],
    "refs different": ["refs import search.ris --from Embase --as Ada"],
    "refs list": ["refs import search.ris --from Embase --as Ada"],
    "refs show": ["refs import search.ris --from Embase --as Ada"],
    "refs link": ["refs import search.ris --from Embase --as Ada"],
    "screen": ["refs import search.ris --from Embase --as Ada"],
    "prisma": ["refs import search.ris --from Embase --as Ada"],
    "restore": ["backup evireg.backup"],
}
