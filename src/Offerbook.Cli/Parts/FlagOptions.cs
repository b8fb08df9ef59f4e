using System.CommandLine;
using Offerbook.Wire.Flags;

namespace Offerbook.Cli.Parts;

/// <summary>
/// The flags of the original's part as options: <c>--offer_timeout=1mins</c> or <c>--offer-timeout 1mins</c>; switches also as
/// <c>--root_submissions</c> and <c>--no-root_submissions</c>. What the command line does not give may stand in the environment as
/// <c>OFFERBOOK_MASTER_OFFER_TIMEOUT</c>. Those that are not supported are taken too, to say why.
/// </summary>
internal sealed class FlagOptions<TOptions>
{
    private readonly FlagSet<TOptions> _set;
    private readonly List<(Flag<TOptions> Flag, Option<string?> Given, Option<bool>? Denied)> _options = [];

    public FlagOptions(FlagSet<TOptions> set)
    {
        _set = set;
        foreach (var flag in set.All)
        {
            // That one every command has already; an option of this name would take its place.
            if (flag.Name == "help")
            {
                continue;
            }
            // --port has a longer form too, which is what local mode calls it.
            string[] names = [.. flag.Spellings.Select(name => "--" + name), .. flag.Name == "port"
                ? [$"--{set.Part}-port"] : Array.Empty<string>()];
            var given = new Option<string?>(names[0], names[1..])
            {
                Description = flag.Note.Length > 0 ? flag.Note : "As in the original",
                Arity = flag.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
                HelpName = flag.IsSwitch ? "true|false" : "value",
                Hidden = flag.Support != FlagSupport.Supported,
            };
            var denied = flag.IsSwitch
                ? new Option<bool>("--no-" + flag.Name, [.. flag.Spellings.Skip(1).Select(name => "--no-" + name)]) { Hidden = true }
                : null;
            _options.Add((flag, given, denied));
        }
    }

    public void AddTo(Command command)
    {
        foreach (var (_, given, denied) in _options)
        {
            command.Add(given);
            if (denied is not null)
            {
                command.Add(denied);
            }
        }
    }

    /// <exception cref="CliException">A value is not right, or a flag is not supported.</exception>
    public TOptions Apply(ParseResult parsed, TOptions options)
    {
        try
        {
            foreach (var (flag, given, denied) in _options)
            {
                var value = parsed.GetResult(given) is { Implicit: false } ? parsed.GetValue(given) ?? ""
                    : denied is not null && parsed.GetValue(denied) ? "false"
                    : Environment.GetEnvironmentVariable(_set.VariablePrefix + flag.Name.ToUpperInvariant());
                if (value is not null)
                {
                    options = _set.Apply(flag, value, options);
                }
            }
            return options;
        }
        catch (FormatException problem)
        {
            throw new CliException(ExitCode.BadInput, problem.Message, $"docs/operating/{_set.Part}-flags.md lists all flags");
        }
    }
}
