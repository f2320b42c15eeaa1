-- A waived rule quarantines nobody: that is how a case is released.
with scope as (

    select * from {{ source('run', 'scope') }}

),

quarantining as (

    select gates.gate_id
    from {{ source('policy', 'gate') }} as gates
    cross join scope
    left join {{ source('policy', 'gate_waiver') }} as waivers
        on gates.gate_id = waivers.gate_id
        and scope.month_start = waivers.month
        and waivers.hospital_id in (scope.hospital_id, '*')
        and scope.month_start < waivers.expires_on
        and {{ in_force('waivers', 'scope.month_start') }}
    where gates.severity = 'quarantine' and waivers.gate_id is null and {{ in_force('gates', 'scope.month_start') }}

),

quarantined as (

    select
        violations.stay_id,
        {{ first_keys('violations.gate_id') }} as gate_id
    from {{ ref('int_front_page__violation') }} as violations
    inner join quarantining on violations.gate_id = quarantining.gate_id
    group by violations.stay_id

)

select * from quarantined
