using Offerbook.Agent.Registration;
using Offerbook.Resources;
using Offerbook.Wire.Flags;
using AgentFlag = Offerbook.Wire.Flags.Flag<Offerbook.Agent.AgentOptions>;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about what the machine has and is.</summary>
internal static class MachineFlags
{
    public static IReadOnlyList<AgentFlag> All { get; } =
    [
        Flag("attributes", "What the agent is, as rack:a;zone:b",
            (text, options) => options with { Attributes = Checked(text, () => AttributeText.Parse(text)) }, options => options.Attributes),
        Flag("domain", "The fault domain as JSON",
            (text, options) => options with { Domain = Checked(text, () => DomainText.Parse(text)) }, options => options.Domain),
        Flag("oversubscribed_resources", "What the agent offers as revocable on top, as cpus:4;mem:1024",
            (text, options) => options with { OversubscribedResources = text }, options =>
                options.OversubscribedResources) with { IsOwn = true },
        Flag("reconfiguration_policy",
            "How resources, attributes, host name and domain may differ from the last start: equal, additive or any (the last is Offerbook's own)",
            (text, options) => options with { Reconfiguration = Policy(text) }, options =>
                options.Reconfiguration.ToString().ToLowerInvariant()),
        Flag("resources", "What the agent offers, as cpus:4;mem:8192;ports:[31000-32000] or as JSON; the rest is detected",
            (text, options) => options with { Resources = Checked(text, () => Resources(text)) }, options => options.Resources),
    ];

    private static AgentFlag Flag(string name, string note, Func<string, AgentOptions, AgentOptions> apply,
        Func<AgentOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = apply, Show = show };

    private static ReconfigurationPolicy Policy(string text) => text switch
    {
        "equal" => ReconfigurationPolicy.Equal,
        "additive" => ReconfigurationPolicy.Additive,
        "any" => ReconfigurationPolicy.Any,
        _ => throw new FormatException($"expecting equal, additive or any, not '{text}'"),
    };

    private static string Checked(string text, Action read)
    {
        read();
        return text;
    }

    private static void Resources(string text)
    {
        if (ResourceText.Parse(text) is { IsValid: false } reading)
        {
            throw new FormatException($"{string.Join("; ", reading.Problems)}. An example: cpus:4;mem:8192;disk:20000;ports:[31000-32000]");
        }
    }
}
