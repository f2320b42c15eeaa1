with scope as (

    select * from {{ source('run', 'scope') }}

),

buckets as (

    select * from {{ ref('int_costing__rest_bucket') }}

),

published as (

    select
        scope.hospital_id,
        scope.month_start as month,
        buckets.dept_id,
        buckets.bucket,
        buckets.amount_yuan
    from buckets
    cross join scope

)

select * from published
