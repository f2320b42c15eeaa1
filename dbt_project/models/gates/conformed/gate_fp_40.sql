with scope as (

    select * from {{ source('run', 'scope') }}

),

levels as (

    select code_list.code as review_level
    from {{ source('policy', 'code_list') }} as code_list
    cross join scope
    where code_list.list_code = 'value.review_level' and {{ in_force('code_list', 'scope.month_start') }}

),

limits as (

    select
        {{ parameter('review_sample_ratio', 'decimal(9, 6)') }} as sample_ratio,
        {{ parameter('review_error_ratio', 'decimal(9, 6)') }} as error_ratio

),

pages as (

    select count(*) as page_count from {{ ref('stg_emr__front_page') }}

),

reviews as (

    select * from {{ ref('stg_emr__coding_review') }}

),

reviewed as (

    select
        levels.review_level,
        count(distinct reviews.stay_id) as reviewed_stays,
        count(distinct reviews.stay_id) filter (where reviews.error_fields > 0) as wrong_stays
    from levels
    left join reviews on levels.review_level = reviews.review_level
    group by levels.review_level

),

findings as (

    select
        reviewed.review_level || ' reviewed ' || reviewed.reviewed_stays || ' of ' || pages.page_count
        || ', with errors ' || reviewed.wrong_stays as sample_key
    from reviewed
    cross join pages
    cross join limits
    where reviewed.reviewed_stays < limits.sample_ratio * pages.page_count
        or reviewed.wrong_stays > limits.error_ratio * reviewed.reviewed_stays

),

totals as (

    select
        max(pages.page_count) as page_count,
        cast(sum(reviewed.reviewed_stays) as decimal(18, 0)) as reviewed_stays,
        cast(count(*) * max(pages.page_count) as decimal(18, 0)) as stays_to_review
    from reviewed
    cross join pages

),

checked as (

    select
        page_count as checked_rows,
        {{ divide_rounded('reviewed_stays', 'stays_to_review', 6) }} as reviewed_share,
        case when reviewed_stays = 0 then 'not_applicable:emr_coding_review' end as missing
    from totals

),

answer as (

    {{ gate_row('FP-40', figure='checked.reviewed_share', hint='checked.missing') }}

)

select * from answer
