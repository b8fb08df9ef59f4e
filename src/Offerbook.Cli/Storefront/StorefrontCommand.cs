using System.CommandLine;
using System.Globalization;

namespace Offerbook.Cli.Storefront;

/// <summary>
/// <c>offerbook storefront</c>: the server of the example group. Ships with the program so that the example needs nothing else.
/// </summary>
internal static class StorefrontCommand
{
    public static Command Create()
    {
        var tier = new Option<string>("--tier") { Description = "Name to answer with", DefaultValueFactory = _ => "web" };
        var calls = new Option<string?>("--calls") { Description = "Id of the app below, such as /storefront/api", HelpName = "app" };
        var release = new Option<string>("--release") { Description = "Shown in every answer, so that a roll-out can be watched",
            DefaultValueFactory = _ => "1" };
        var port = new Option<int?>("--port") { Description = "Port on 127.0.0.1 (else PORT0)" };
        var command = new Command("storefront", "Serve one tier of the example in docs/examples/storefront.json") { tier, calls, release,
            port };
        command.SetAction((parsed, cancellation) =>
        {
            var number = parsed.GetValue(port) ?? FromEnvironment();
            return new StorefrontServer(parsed.GetValue(tier)!, parsed.GetValue(calls), parsed.GetValue(release)!)
                .RunAsync(number, cancellation);
        });
        return command;
    }

    private static int FromEnvironment() =>
        int.TryParse(Environment.GetEnvironmentVariable("PORT0"), CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new CliException(ExitCode.BadInput, "no port: neither --port nor PORT0 holds one",
                "Apps sets PORT0 for every task with a port");
}
