using System.CommandLine;
using Offerbook.Coordination.Hosting;
using Offerbook.Wire.Http;

namespace Offerbook.Cli.Talking;

/// <summary>Where a verb finds one part of the cluster: a flag, else an environment variable, else the address of local mode.</summary>
internal sealed record Endpoint(Uri Address, string What, string Flag, string Variable, Credential? Credential = null);

/// <summary>The flag that names one part's address, shared by all verbs that talk to it.</summary>
internal sealed class EndpointOption
{
    private static readonly TimeSpan s_electionPatience = TimeSpan.FromSeconds(15);

    private readonly Part _part;
    private readonly string _what;
    private readonly string _variable;
    private readonly string _fallback;

    private EndpointOption(string what, string flag, string variable, string fallback, Part part)
    {
        _part = part;
        _what = what;
        _variable = variable;
        _fallback = fallback;
        Option = new Option<string?>(flag) { Description = $"Address of {what} (else {variable}, else {fallback})", HelpName = "url" };
    }

    public static EndpointOption Master() =>
        new("the master", "--master-url", "OFFERBOOK_MASTER_URL", "http://127.0.0.1:5050", Part.Master);

    public static EndpointOption Apps() => new("the app framework", "--apps-url", "OFFERBOOK_APPS_URL", "http://127.0.0.1:8080", Part.Apps);

    public static EndpointOption Batch() =>
        new("the batch framework", "--batch-url", "OFFERBOOK_BATCH_URL", "http://127.0.0.1:8082", Part.Batch);

    public Option<string?> Option { get; }

    public Endpoint Resolve(ParseResult parsed)
    {
        var text = parsed.GetValue(Option) ?? Environment.GetEnvironmentVariable(_variable) ?? _fallback;
        string? wrong = null;
        if (_part == Part.Master && MasterDetection.TryRead(text, out var election, out wrong))
        {
            return new Endpoint(Find(election), _what, Option.Name, _variable, CredentialOption.Resolve(parsed));
        }
        if (wrong is not null)
        {
            throw new CliException(ExitCode.BadInput, wrong,
                $"give {Option.Name} or {_variable} as zk://host:2181/path, or as http://host:port");
        }
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            text = "http://" + text;
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CliException(ExitCode.BadInput, $"'{text}' is not an address of {_what}",
                $"give {Option.Name} or {_variable} as http://host:port");
        }
        return new Endpoint(address, _what, Option.Name, _variable, _part == Part.Batch
            ? null : CredentialOption.Resolve(parsed, toApps: _part == Part.Apps));
    }

    private enum Part
    {
        Master,
        Apps,

        /// <summary>Lets everybody in, so nobody is named to it.</summary>
        Batch,
    }

    private static Uri Find(MasterDetection election)
    {
        try
        {
            // A verb talks to one master and ends; options are read before anything of it runs.
            return election.FindAsync(s_electionPatience).GetAwaiter().GetResult();
        }
        catch (TimeoutException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message);
        }
    }
}
