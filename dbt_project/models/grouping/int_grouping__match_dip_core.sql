with cases as (

    select * from {{ ref('int_grouping__choose_grouper') }} where scheme = 'DIP'

),

codes as (

    select * from {{ ref('int_grouping__apply_dip_exclusions') }}

),

core_groups as (

    select * from {{ source('policy', 'dip_group') }} where kind in ('core', 'basic')

),

same_diagnosis as (

    select
        codes.case_key,
        core_groups.version,
        core_groups.group_code,
        core_groups.kind,
        core_groups.procedure_rule
    from codes
    inner join core_groups
        on codes.version = core_groups.version
        and left(codes.code, length(core_groups.diagnosis_prefix)) = core_groups.diagnosis_prefix
        and {{ in_force('core_groups', 'codes.discharged_on') }}
    where codes.role = 'principal_diagnosis'

),

parts as (

    select distinct procedure_rule, {{ split_to_rows('procedure_rule', '+') }} as part
    from core_groups
    where procedure_rule is not null

),

named_procedures as (

    select distinct procedure_rule, part, {{ split_to_rows('part', '/') }} as code
    from parts

),

part_counts as (

    select procedure_rule, count(*) as part_count from parts group by procedure_rule

),

hits as (

    select
        same_diagnosis.case_key,
        same_diagnosis.group_code,
        count(distinct named_procedures.part) as hit_count,
        count(distinct named_procedures.code) as matched_count
    from same_diagnosis
    inner join named_procedures on same_diagnosis.procedure_rule = named_procedures.procedure_rule
    inner join codes
        on same_diagnosis.case_key = codes.case_key
        and named_procedures.code = codes.code
        and codes.code_kind = 'procedure'
    group by same_diagnosis.case_key, same_diagnosis.group_code

),

treated as (

    select distinct codes.case_key
    from codes
    inner join {{ source('policy', 'dip_treatment_class') }} as classes
        on codes.version = classes.version
        and codes.code = classes.procedure_code
        and {{ in_force('classes', 'codes.discharged_on') }}
    where codes.code_kind = 'procedure' and classes.treatment_class in ('related_surgery', 'therapeutic')

),

candidates as (

    select
        same_diagnosis.case_key,
        same_diagnosis.group_code,
        same_diagnosis.kind,
        coalesce(part_counts.part_count, 0) as part_count,
        coalesce(hits.matched_count, 0) as matched_count,
        abs(cases.total_fee_yuan - payments.mean_fee) as fee_distance_yuan
    from same_diagnosis
    inner join cases on same_diagnosis.case_key = cases.case_key
    left join part_counts on same_diagnosis.procedure_rule = part_counts.procedure_rule
    left join hits on same_diagnosis.case_key = hits.case_key and same_diagnosis.group_code = hits.group_code
    left join treated on same_diagnosis.case_key = treated.case_key
    left join {{ source('policy', 'group_payment') }} as payments
        on payments.scheme = 'DIP'
        and same_diagnosis.version = payments.version
        and same_diagnosis.group_code = payments.group_code
        and cases.hospital_level = payments.hospital_level
        and {{ in_force('payments', 'cases.discharged_on') }}
    where (part_counts.part_count is not null and hits.hit_count = part_counts.part_count)
        or (part_counts.part_count is null and treated.case_key is null)

),

ranked as (

    select
        *,
        row_number() over (
            partition by case_key
            order by
                part_count desc, matched_count desc, fee_distance_yuan asc nulls last,
                case when kind = 'core' then 0 else 1 end asc, group_code asc
        ) as place
    from candidates

)

select * from ranked
