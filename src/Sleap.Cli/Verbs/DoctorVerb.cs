using System.CommandLine;
using System.Text.Json.Nodes;

namespace Sleap.Cli;

/// <summary><c>sleap doctor</c>: what is installed, what is missing, and what to do about it.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var json = Report.Json();
        var verb = new Command(
            "doctor",
            "What is installed, what is missing, and what to do about it. Exit code 1 when something is missing.\n"
                + "Example: sleap doctor"
        )
        {
            json,
        };
        verb.SetAction(words =>
        {
            var findings = Examination.All().ToList();
            var missing = findings.Where(finding => finding.Remedy is not null).ToList();
            var report = new JsonObject
            {
                ["ok"] = missing.Count == 0,
                ["found"] = new JsonObject(
                    findings.Select(finding => KeyValuePair.Create(finding.Name, (JsonNode?)finding.Found))
                ),
                ["missing"] = new JsonObject(
                    missing.Select(finding => KeyValuePair.Create(finding.Name, (JsonNode?)finding.Remedy))
                ),
            };
            Report.Write(
                words.GetValue(json),
                report,
                [
                    .. findings.Select(finding => $"{finding.Name, -14}{finding.Found}"),
                    missing.Count == 0 ? "Everything is here." : "What to do:",
                    .. missing.Select(finding => $"  {finding.Name}: {finding.Remedy}"),
                ]
            );
            return missing.Count == 0 ? 0 : 1;
        });
        return verb;
    }
}
