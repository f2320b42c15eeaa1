"""A pack of a few groups with every kind of rule, written to a folder and changed by tests."""

from __future__ import annotations

from pathlib import Path

FILES: dict[str, str] = {
    "scheme.csv": """key,value
diagnosis_code_system,ICD-10
licence,Apache-2.0
notes,
procedure_code_system,ICD-9-CM-3
scheme,TEST
source,written for a test
version,1
""",
    "group.csv": """level,code,parent_code,name,kind,rule_order,relative_weight
adrg,AB1,MDCB,surgery of B,surgical,1,
adrg,AQY,MDCB,ambiguous B,ambiguous,2,
adrg,AR1,MDCB,medical B,medical,3,
adrg,PS1,MDCP,small newborn,medical,1,
adrg,ZB1,MDCZ,trauma surgery,surgical,1,
drg,AB11,AB1,surgery with MCC,,1,2.5
drg,AB15,AB1,surgery without MCC,,2,1.5
drg,AQY,AQY,ambiguous B,,1,
drg,AR11,AR1,medical with MCC or CC,,1,0.9
drg,PS13,PS1,small newborn,,1,
drg,ZB19,ZB1,trauma surgery,,1,
mdc,MDCB,,body B,,3,
mdc,MDCP,,newborns,,1,
mdc,MDCZ,,multiple trauma,,2,
""",
    "term.csv": """level,code,alternative,field,operator,operand
adrg,AB1,1,main_procedure,in_set,AB1/procedure
adrg,AB1,2,any_procedure,in_set,AB1/first
adrg,AB1,2,any_procedure,in_set,AB1/second
adrg,AQY,1,any_procedure,in_set,significant
adrg,AR1,1,any_procedure,not_in_set,significant
adrg,PS1,1,age_days,<=,28
adrg,PS1,1,birth_weight_g,<,2500
adrg,ZB1,1,main_procedure,in_set,AB1/procedure
drg,AB11,1,complication,has,MCC
drg,AR11,1,complication,has,CC|MCC
drg,ZB19,1,length_of_stay_days,>=,2
mdc,MDCB,1,principal_diagnosis,in_set,MDCB/principal
mdc,MDCB,2,other_diagnosis,in_set,MDCB/other
mdc,MDCB,2,sex,=,2
mdc,MDCP,1,age_years,=,0
mdc,MDCZ,1,any_diagnosis,count_sets_at_least,site/:2
""",
    "code_set.csv": """code_set,code
AB1/first,40.1
AB1/procedure,40.0
AB1/second,40.2
MDCB/other,B99
MDCB/principal,B01
MDCB/principal,B02
significant,40.0
significant,40.9
site/arm,S40
site/head,S00
site/head,S01
site/leg,S70
""",
    "complication.csv": """code,level,exclusion_table
C01,MCC,1
C02,CC,2
C03,CC,
""",
    "complication_exclusion.csv": """exclusion_table,principal_code
1,B01
2,B02
""",
}


def write_pack(folder: Path, **changes: str | None) -> Path:
    """Write the pack; a keyword such as group=... replaces group.csv, None leaves the file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        changed = changes.get(name.removesuffix(".csv"), text)
        if changed is not None:
            (folder / name).write_text(changed, encoding="utf-8", newline="")
    return folder


def edited(name: str, old: str, new: str) -> str:
    """A file of the pack with one passage replaced."""
    text = FILES[f"{name}.csv"]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}.csv"
    return text.replace(old, new)
