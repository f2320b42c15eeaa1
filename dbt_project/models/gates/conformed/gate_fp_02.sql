with gate as (

    {{ front_page_gate('FP-02', tables=['emr_diagnosis']) }}

)

select * from gate
