"""What the settlement models read from other layers: relations to create before the compiled models can run."""

from __future__ import annotations

SELECT = (
    "models/settlement fct_case_settlement fct_case_ward fct_true_up fct_settlement_difference fct_year_end "
    "stg_his__settlement stg_insurer__case_settlement stg_performance__opening"
)
SCHEMAS = ("staging", "conformed", "grouped", "costed", "settlement", "settled")
PARENTS = {
    "conformed.int_conformed__case": "stay_id varchar, insurance_type varchar, admitted_at timestamp, discharged_at timestamp, "
    "settled_on date, "
    "total_fee_yuan decimal(18,2), self_paid_fee_yuan decimal(18,2), stay_days integer, discharge_way varchar, "
    "discharge_dept_id varchar, "
    "is_quarantined boolean",
    "staging.stg_emr__front_page": "stay_id varchar, readmission_plan_31d varchar",
    "staging.stg_emr__diagnosis": "stay_id varchar, sequence integer, diagnosis_code varchar",
    "conformed.int_conformed__stay": "stay_id varchar, stay_key integer, patient_id varchar, admitted_at timestamp, "
    "discharged_at timestamp",
    "conformed.int_conformed__ward_day": "stay_id varchar, dept_id varchar, days_whole_stay integer",
    "conformed.int_conformed__charge": "is_inpatient boolean, encounter_key integer, ordering_dept_key integer, "
    "amount_yuan decimal(18,2)",
    "conformed.int_conformed__department": "dept_id varchar, dept_key integer",
    "grouped.fct_case": "stay_id varchar, scheme varchar, version varchar, status varchar, group_code varchar, "
    "aux_coefficient decimal(9,6)",
    "settled.fct_person_payment": "payment_kind varchar, measure_code varchar, month date",
    "costed.fct_case_cost": "stay_id varchar, method varchar, own_cost_yuan decimal(18,2), own_fee_yuan decimal(18,2), "
    "shared_cost_yuan decimal(18,2), shared_direct_cost_yuan decimal(18,2)",
}
