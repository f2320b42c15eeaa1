with gate as (

    {{ front_page_gate('FP-23') }}

)

select * from gate
