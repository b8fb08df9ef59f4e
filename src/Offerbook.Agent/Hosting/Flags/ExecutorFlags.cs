using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Agent.Executors;
using Offerbook.Wire.Flags;
using static Offerbook.Wire.Flags.FlagValues;
using AgentFlag = Offerbook.Wire.Flags.Flag<Offerbook.Agent.AgentOptions>;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about executors.</summary>
internal static class ExecutorFlags
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<AgentFlag> All { get; } =
    [
        Flag("executor_environment_variables", "JSON object of texts, in the place of the agent's own environment",
            (text, executors) => executors with { Environment = Variables(text) },
            executors =>
                executors.Environment is { } own
                    ? new JObject(own.Select(variable => new JProperty(variable.Key, variable.Value))).ToString(Formatting.None) : null),
        Flag("executor_registration_timeout", "From the launch to the first SUBSCRIBE",
            (text, executors) => executors with { RegistrationTimeout = Duration(text, Tick) }, executors =>
                Of(executors.RegistrationTimeout)),
        Flag("executor_reregistration_timeout", "After a restart of the agent; at most 15secs",
            (text, executors) =>
                executors with { ReregistrationTimeout = Duration(text, Tick, ExecutorOptions.LongestReregistration) }, executors =>
                    Of(executors.ReregistrationTimeout)),
        Flag("executor_shutdown_grace_period", "Between SHUTDOWN and the kill, for executors that do not say themselves",
            (text, executors) => executors with { ShutdownGrace = Duration(text, TimeSpan.Zero) }, executors =>
                Of(executors.ShutdownGrace)),
        Flag("recover", "reconnect takes over what runs; cleanup ends it, and then the agent",
            (text, executors) => executors with { CleanUp = CleanUp(text) }, executors => executors.CleanUp ? "cleanup" : "reconnect"),
        Flag("recovery_timeout", "How long executors without an agent look for one",
            (text, executors) => executors with { RecoveryTimeout = Duration(text, Tick) }, executors => Of(executors.RecoveryTimeout)),
    ];

    private static bool CleanUp(string text) => text switch
    {
        "reconnect" => false,
        "cleanup" => true,
        _ => throw new FormatException($"expecting reconnect or cleanup, not '{text}'"),
    };

    private static List<KeyValuePair<string, string>> Variables(string text)
    {
        try
        {
            return
            [
                .. JObject.Parse(text).Properties().Select(property => property.Value.Type == JTokenType.String && property.Name.Length > 0
                    ? KeyValuePair.Create(property.Name, (string)property.Value!)
                    : throw new FormatException($"the value of '{property.Name}' must be a text")),
            ];
        }
        catch (JsonException failure)
        {
            throw new FormatException($"expecting a JSON object such as {{\"LANG\": \"C.UTF-8\"}}: {failure.Message}");
        }
    }

    private static AgentFlag Flag(string name, string note, Func<string, ExecutorOptions, ExecutorOptions> apply,
        Func<ExecutorOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Executors = apply(text, options.Executors) },
            Show = options => show(options.Executors) };
}
