using System.CommandLine;
using System.CommandLine.Parsing;

namespace Offerbook.Cli;

/// <summary>Tells what is wrong with a command line in a line or two, and where the help is, instead of printing all of it.</summary>
internal static class Usage
{
    public static int Report(ParseResult parsed)
    {
        foreach (var error in parsed.Errors.Select(error => error.Message).Distinct())
        {
            Console.Error.WriteLine("offerbook: " + error);
        }
        Console.Error.WriteLine($"  see '{Path(parsed.CommandResult)} --help'");
        return ExitCode.BadInput;
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "offerbook";
}
