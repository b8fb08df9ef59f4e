using Offerbook.Simulator.Cluster;

namespace Offerbook.Simulator.Scenarios;

/// <summary>Every named scenario. Names are sentences that say what must be true.</summary>
public static class ScenarioCatalog
{
    private static readonly IReadOnlyList<(string Name, Action<Scenario> Play)> Single =
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
        ("second_master_on_one_file_is_refused_and_writes_nothing", MasterScenarios.SecondOnOneFile),
        ("reader_that_stalls_is_cut_and_goes_on_where_it_was", CrowdScenarios.ReaderStalls),
        ("bodies_too_long_or_too_deep_are_refused_and_disturb_nobody", CrowdScenarios.TooLongAndTooDeep),
        ("flood_of_calls_is_refused_beyond_the_mailbox_and_all_else_goes_on", CrowdScenarios.Flood),
        ("wall_clock_stepped_by_an_hour_loses_no_agent", MasterScenarios.ClockStepped),
        ("dependencies_start_before_their_dependents", AppsScenarios.DependenciesFirst),
        ("instance_follows_its_volume_when_its_machine_was_down_for_maintenance", ResidentScenarios.DownForMaintenance),
        ("instance_whose_disk_was_replaced_waits_until_its_agent_is_given_up", ResidentScenarios.DiskReplaced),
        ("look_around_sees_what_is_free_on_every_agent_and_launches_nothing", AppsScenarios.LookAround),
        ("rolling_update_keeps_health_capacity", AppsScenarios.RollingUpdate),
        ("rolling_update_over_a_restart_of_apps_keeps_health_capacity", AppsScenarios.RollingUpdateOverRestart),
        ("apps_killed_in_the_middle_of_a_deployment_finishes_it", AppsScenarios.KilledMidDeployment),
        ("crashed_container_comes_back", AppsScenarios.CrashedContainer),
        ("batch_job_runs_while_storefront_updates", BatchScenarios.RunsWhileStorefrontUpdates),
        ("failed_run_is_tried_again_as_often_as_its_job_allows", BatchScenarios.FailedRunIsTriedAgain),
        ("batch_killed_while_its_job_runs_launches_no_run_twice", BatchScenarios.KilledWhileJobRuns),
        ("run_lost_with_its_machine_succeeds_once", BatchScenarios.RunEndsOnceWhenItsMachineReboots),
        ("full_disk_acknowledges_nothing", AppsScenarios.FullDisk),
        ("failed_flush_ends_the_process_and_acknowledges_nothing", AppsScenarios.FailedFlush),
        ("torn_last_record_is_cut_off_and_the_rest_kept", AppsScenarios.TornTail),
        ("launch_and_its_acceptance_and_its_updates_told_twice_count_once", AgentScenarios.ToldTwice),
        ("apps_killed_between_deciding_and_asking_for_a_launch_loses_and_doubles_nothing", AppsScenarios.KilledBeforeAccept),
    ];

    /// <summary>Stories of three masters, two of Apps and two of Batch.</summary>
    private static readonly IReadOnlyList<(string Name, Action<Scenario> Play)> Elected =
    [
        ("leader_killed_is_followed_within_its_session_and_a_second", LeaderScenarios.Killed),
        ("leader_told_to_end_hands_over_in_half_a_second", LeaderScenarios.ToldToEnd),
        ("leader_paused_past_session_commits_nothing", LeaderScenarios.PausedPastSession),
        ("leader_of_apps_paused_past_session_commits_nothing", LeaderScenarios.AppsPausedPastSession),
        ("leader_whose_session_expires_steps_down_stays_alive_and_stands_again", SessionScenarios.SessionExpires),
        ("leader_that_loses_and_regains_its_leadership_kills_nothing", SessionScenarios.RegainsLeadership),
        ("connection_lost_for_less_than_the_session_changes_nothing", SessionScenarios.ConnectionLost),
        ("ensemble_down_for_ten_minutes_stops_nobody", SessionScenarios.EnsembleDown),
        ("master_cut_off_from_the_coordination_service_only_is_fenced", SessionScenarios.CutFromCoordinationOnly),
        ("answer_of_a_create_that_is_lost_leads_to_no_second_node", SessionScenarios.LostCreates),
        ("framework_gone_is_given_up_at_its_deadline_whoever_leads", TakeoverScenarios.DeadlineOutlivesFailover),
        ("quota_holds_while_agents_come_back_to_a_new_leader", TakeoverScenarios.QuotaWhileRecovering),
        ("master_killed_after_it_took_an_acceptance_before_its_agent_heard", TakeoverScenarios.KilledAfterAccept),
        ("master_killed_before_an_acceptance_reached_it", TakeoverScenarios.KilledBeforeAccept),
        ("launch_of_a_deposed_master_that_comes_late_is_not_obeyed", TakeoverScenarios.LateOrders),
        ("apps_leader_killed_in_a_rolling_update_keeps_health_capacity", TakeoverScenarios.AppsKilledMidUpdate),
        ("apps_leader_that_abdicates_leaves_its_deployments_to_the_other", LeaderScenarios.AppsAbdicates),
        ("batch_leader_killed_while_its_job_runs_launches_no_run_twice", LeaderScenarios.BatchKilled),
        ("store_that_is_full_is_never_acknowledged", StoreScenarios.Full),
        ("store_that_is_slow_loses_nothing_and_deposes_nobody", StoreScenarios.Slow),
        ("leader_whose_way_to_the_store_is_slow_hands_over_to_one_whose_way_is_well", HandOverScenarios.SlowForTheLeader),
        ("store_that_is_slow_for_all_makes_nobody_hand_over", HandOverScenarios.SlowForAll),
        ("candidate_whose_way_to_the_store_is_slow_too_lets_a_better_one_past", HandOverScenarios.NextInLineIsSlowToo),
        ("store_down_for_a_minute_is_waited_for", StoreScenarios.Down),
        ("upgrade_of_everything_there_and_back_and_finished_disturbs_nobody", UpgradeScenarios.ThereAndBack),
        ("build_too_old_for_its_log_writes_nothing_and_lets_another_lead", UpgradeScenarios.OldOneDoesNotLead),
        ("takeover_that_arrives_when_another_leads_fences_nobody", StoreScenarios.LateTakeover),
        ("readers_of_events_that_move_to_the_next_leader_miss_none", CrowdScenarios.ReadersFollowTheLeader),
        ("connection_reset_in_the_middle_of_commits_is_resolved_by_their_keys", StoreScenarios.ResetMidCommit),
        ("leader_cut_off_from_the_store_only_lets_another_lead", StoreScenarios.CutOff),
        ("clocks_stepped_and_drifting_on_every_machine_depose_nobody", SessionScenarios.Clocks),
        ("everything_killed_at_once_comes_back_under_one_leader", LeaderScenarios.EverythingKilled),
    ];

    public static IReadOnlyList<NamedScenario> All { get; } =
    [
        .. Single.Select(item => new NamedScenario(item.Name, item.Play, ClusterPlan.Default)),
        new NamedScenario("agents_that_vanish_together_are_given_up_one_after_the_other", AgentScenarios.HalfVanish,
            ClusterPlan.Default with { Agents = 4, AgentRemovals = new Master.RemovalRate(1, TimeSpan.FromMinutes(10)) }),
        .. Elected.Select(item => new NamedScenario(item.Name, item.Play, ClusterPlan.Elected)),
    ];

    public static NamedScenario? Find(string name)
    {
        foreach (var scenario in All)
        {
            if (scenario.Name == name)
            {
                return scenario;
            }
        }
        return null;
    }
}
