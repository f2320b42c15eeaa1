with gate as (

    {{ front_page_gate('FP-39', hint=never_filled('archived_on')) }}

)

select * from gate
