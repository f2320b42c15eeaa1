with published as (

    select
        hospital_id,
        month,
        stage,
        from_dept_id,
        to_dept_id,
        {{ by_category('amount_yuan') }}
    from {{ ref('fct_cost_posting') }}
    group by hospital_id, month, stage, from_dept_id, to_dept_id

)

select * from published
