namespace Offerbook.Simulator.Scenarios;

/// <summary>Every named scenario. Names are sentences that say what must be true.</summary>
public static class ScenarioCatalog
{
    public static IReadOnlyList<(string Name, Action<Scenario> Play)> All { get; } =
    [
        ("agent_killed_and_restarted_readopts_its_tasks", AgentScenarios.KilledAndRestartedReadopts),
        ("task_that_ended_while_its_agent_was_down_is_reported_with_its_true_end", AgentScenarios.EndedWhileDown),
        ("machine_rebooted_has_its_tasks_replaced", AgentScenarios.MachineRebooted),
        ("agent_cut_off_past_its_timeout_is_replaced_and_surplus_killed", AgentScenarios.CutOffPastTimeout),
        ("agent_cut_off_for_less_than_its_timeout_changes_nothing", AgentScenarios.CutOffBriefly),
        ("launch_lost_on_the_way_is_reported_dropped", AgentScenarios.LaunchLost),
        ("answer_about_a_lost_launch_outlives_the_agent_that_gave_it", AgentScenarios.AnswerLost),
        ("status_update_retried_until_acknowledged", AgentScenarios.UpdateRetried),
        ("task_that_returns_with_its_agent_tells_its_story_in_order", AgentScenarios.ReturnsWithItsStory),
        ("task_asked_for_before_its_first_update_is_not_ahead_of_it", AgentScenarios.AskedForBeforeItsFirstUpdate),
        ("machine_replaced_has_its_tasks_replaced", AgentScenarios.MachineReplaced),
        ("task_of_a_rebooted_machine_is_told_to_have_ended_once", EngineScenarios.RebootToldOnce),
        ("containers_of_an_agent_that_lost_its_memory_are_killed_and_replaced", EngineScenarios.MemoryLost),
        ("engine_that_hangs_loses_nothing_and_holds_up_no_other_machine", EngineScenarios.EngineHangs),
        ("agent_whose_engine_hangs_is_not_offered_until_it_answers", EngineScenarios.HungEngineGetsNoWork),
        ("launch_on_an_engine_that_hangs_fails_at_its_deadline", EngineScenarios.LaunchOnHungEngine),
        ("agent_restarted_under_a_hanging_engine_adopts_when_it_answers", EngineScenarios.RestartedUnderHungEngine),
        ("stuck_container_holds_up_no_other", EngineScenarios.OneStuckContainer),
        ("engine_restarted_with_live_restore_changes_nothing", EngineScenarios.LiveRestore),
        ("engine_restarted_without_live_restore_has_its_tasks_replaced_once", EngineScenarios.NoLiveRestore),
        ("images_that_cannot_be_pulled_are_backed_off_from_and_leak_no_offer", EngineScenarios.PullsFail),
        ("launch_killed_while_its_image_is_pulled_ends", EngineScenarios.KilledWhilePulling),
        ("stubborn_task_is_killed_after_its_grace", AgentScenarios.StubbornTask),
        ("master_restart_relaunches_nothing", MasterScenarios.Restarted),
        ("master_down_while_a_task_ends_hears_of_it_afterwards", MasterScenarios.DownWhileTaskEnds),
        ("whole_cluster_killed_and_restarted_launches_nothing_twice", MasterScenarios.WholeClusterKilled),
        ("wall_clock_stepped_by_an_hour_loses_no_agent", MasterScenarios.ClockStepped),
        ("dependencies_start_before_their_dependents", AppsScenarios.DependenciesFirst),
        ("rolling_update_keeps_health_capacity", AppsScenarios.RollingUpdate),
        ("rolling_update_over_a_restart_of_apps_keeps_health_capacity", AppsScenarios.RollingUpdateOverRestart),
        ("apps_killed_in_the_middle_of_a_deployment_finishes_it", AppsScenarios.KilledMidDeployment),
        ("crashed_container_comes_back", AppsScenarios.CrashedContainer),
        ("batch_job_runs_while_storefront_updates", BatchScenarios.RunsWhileStorefrontUpdates),
        ("failed_run_is_tried_again_as_often_as_its_job_allows", BatchScenarios.FailedRunIsTriedAgain),
        ("batch_killed_while_its_job_runs_launches_no_run_twice", BatchScenarios.KilledWhileJobRuns),
        ("run_lost_with_its_machine_succeeds_once", BatchScenarios.RunEndsOnceWhenItsMachineReboots),
        ("full_disk_acknowledges_nothing", AppsScenarios.FullDisk),
    ];

    public static Action<Scenario>? Find(string name)
    {
        foreach (var (known, play) in All)
        {
            if (known == name)
            {
                return play;
            }
        }
        return null;
    }
}
