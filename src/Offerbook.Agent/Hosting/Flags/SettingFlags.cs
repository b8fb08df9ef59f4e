using Mesos.V1;
using Offerbook.Wire.Flags;
using static Offerbook.Wire.Flags.FlagValues;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags that the core follows.</summary>
internal static class SettingFlags
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    /// <summary>What the core's settings are before any machine is known.</summary>
    private static readonly AgentSettings s_blank = new(new AgentInfo(), "", "");

    public static IReadOnlyList<Flag<AgentOptions>> All { get; } =
    [
        Setting("registration_backoff_factor", "",
            (text, settings) => settings with { RegistrationBackoffFactor = Duration(text, s_tick, TimeSpan.FromMinutes(1)) }, settings =>
                Of(settings.RegistrationBackoffFactor)),
        Setting("switch_user",
            "Processes run as the user that the task or its framework names; false: as the agent's. Images say themselves",
            (text, settings) => settings with { SwitchUser = Switch(text) }, settings => Of(settings.SwitchUser)) with { IsSwitch = true },
    ];

    private static Flag<AgentOptions> Setting(string name, string note, Func<string, AgentSettings, AgentSettings> apply,
        Func<AgentSettings, string?> show) =>
        new(name, FlagSupport.Supported, note)
        {
            Apply = (text, options) =>
            {
                // Read now: what is wrong is to be told before anything starts.
                apply(text, s_blank);
                var before = options.Tune;
                return options with { Tune = settings => apply(text, before(settings)) };
            },
            Show = options => show(options.Tune(s_blank)),
        };
}
