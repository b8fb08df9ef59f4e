using System.Globalization;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire.Text;

namespace Offerbook.Wire.Hosting.Logging;

/// <summary>
/// /logging/toggle: without a query tells the verbosity of the log; <c>?level=2&amp;duration=10mins</c> changes it for that time.
/// </summary>
public static class LoggingToggle
{
    public static (int Status, string Text) Answer(LogVerbosity verbosity, string level, string duration) =>
        (level.Length, duration.Length) switch
    {
        (0, 0) => (StatusCodes.Status200OK, verbosity.Verbosity.ToString(CultureInfo.InvariantCulture) + "\n"),
        (_, 0) => (StatusCodes.Status400BadRequest, "Expecting 'duration=value' in query.\n"),
        (0, _) => (StatusCodes.Status400BadRequest, "Expecting 'level=value' in query.\n"),
        _ => Toggle(verbosity, level, duration),
    };

    private static (int Status, string Text) Toggle(LogVerbosity log, string level, string duration)
    {
        if (!int.TryParse(level, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var verbosity))
        {
            return (StatusCodes.Status400BadRequest, $"Failed to convert '{level}' to number.\n");
        }
        if (verbosity < 0)
        {
            return (StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"Invalid level '{verbosity}'.\n"));
        }
        if (!DurationText.TryParse(duration, out var time, out var wrong))
        {
            return (StatusCodes.Status400BadRequest, wrong + ".\n");
        }
        log.Set(verbosity, time);
        return (StatusCodes.Status200OK, "");
    }
}
