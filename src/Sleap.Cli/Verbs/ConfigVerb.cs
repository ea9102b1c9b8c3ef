using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary>
/// <c>sleap config auto LABELS</c>, <c>sleap config lint LABELS …</c> and <c>sleap config explain KEY</c>: options
/// before anything is trained.
/// </summary>
internal static class ConfigVerb
{
    public static Command Create() =>
        new(
            "config",
            "Options of a training: proposed from labels, or checked against them.\n"
                + "Example: sleap config auto labels.slp"
        )
        {
            Auto(),
            Lint(),
            Explain(),
        };

    /// <summary>Suggests a key in place of one that sleap-nn does not have; empty for none.</summary>
    public static string DidYouMean(string key)
    {
        // The last parts of a key are enough to know it by.
        var paths = ConfigKeys.All.Select(one => one.Path).ToList();
        var name = CommandLineErrors.Nearest(key, paths.Select(path => path.Split('.')[^1]));
        var right =
            paths.Find(path => path.EndsWith($".{name ?? key}", StringComparison.Ordinal))
            ?? CommandLineErrors.Nearest(key, paths);
        return right is null ? "" : $" Did you mean '{right}'?";
    }

    private static Command Explain()
    {
        var json = VerbOutput.Json();
        var key = new Argument<string>("key")
        {
            Description = "A key or a section: trainer_config.optimizer, or only its last part: lr.",
        };
        var verb = new Command(
            "explain",
            "What a key of a sleap-nn configuration does here, and sleap-nn's default.\n"
                + "Example: sleap config explain trainer_config.min_train_steps_per_epoch"
        )
        {
            key,
            json,
        };
        verb.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(key);
            ConfigKey[] keys =
            [
                .. ConfigKeys.All.Where(one =>
                    one.Use != ConfigUse.Section && $".{one.Path}.".Contains($".{path}.", StringComparison.Ordinal)
                ),
            ];
            if (keys.Length == 0)
                throw new ArgumentException(new UnknownKeyException(path).Message + DidYouMean(path));
            VerbOutput.Write(
                parsed.GetValue(json),
                new JsonObject
                {
                    ["keys"] = new JsonArray([
                        .. keys.Select(one => new JsonObject
                        {
                            ["key"] = one.Path,
                            ["default"] = one.Default,
                            ["use"] = one.Use.ToString().ToLowerInvariant(),
                            ["here"] = one.Here.Replace("`", "", StringComparison.Ordinal),
                        }),
                    ]),
                },
                keys.SelectMany(one =>
                    (string[])
                        [
                            one.Path,
                            $"  {UseOf(one)}: {one.Here.Replace("`", "", StringComparison.Ordinal)}",
                            $"  default {one.Default}",
                        ]
                )
            );
            return 0;
        });
        return verb;
    }

    private static string UseOf(ConfigKey key) =>
        key.Use switch
        {
            ConfigUse.Used => "used",
            ConfigUse.Named => "not honoured, which a remark says",
            ConfigUse.Refused => "an error",
            _ => "without meaning here",
        };

    private static Command Auto()
    {
        var (labels, predictions, json) = (Labels(), VerbOutput.UsePredictions(), VerbOutput.Json());
        var type = new Option<string?>("--type")
        {
            Description = $"Model type: {string.Join(", ", ProposedOptions.Types)}; else as the labels want it.",
        };
        type.AcceptOnlyFromAmong([.. ProposedOptions.Types]);
        var output = new Option<string?>("--out")
        {
            Description =
                "A file for the configuration in sleap-nn's format, with the reasons as comments; two files for "
                + "top-down.",
        };
        var verb = new Command(
            "auto",
            "Proposes a model type and its options, and says why. 'sleap train --auto' trains with them.\n"
                + "Example: sleap config auto labels.slp --out config.yaml"
        )
        {
            labels,
            type,
            output,
            predictions,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var pose = VerbOutput.Context().Pose();
            var proposal = ProposedOptions.Of(
                pose,
                pose.LoadLabels(
                    parsed.GetRequiredValue(labels),
                    VerbOutput.LabelsOf(parsed.GetValue(predictions)) with
                    {
                        Reading = parsed.Reading(),
                    }
                ),
                parsed.GetValue(type)
            );
            var files = parsed.GetValue(output) is { } path ? proposal.Save(path) : [];
            var report = new JsonObject
            {
                ["type"] = proposal.Type,
                ["options"] = new JsonArray([
                    .. proposal.Reasons.Select(reason => new JsonObject
                    {
                        ["network"] = reason.Network,
                        ["option"] = reason.Option,
                        ["value"] = reason.Value,
                        ["reason"] = reason.Reason,
                    }),
                ]),
                ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    .. proposal
                        .Reasons.Aggregate(
                            new OutputTable("network", "option", "value", "reason"),
                            (table, reason) => table.Row(reason.Network, reason.Option, reason.Value, reason.Reason)
                        )
                        .Lines(),
                    .. files.Select(file => $"→ {file}"),
                ]
            );
            return 0;
        });
        return verb;
    }

    private static Command Lint()
    {
        var (labels, json, options) = (Labels(), VerbOutput.Json(), new TrainingCommandOptions());
        var verb = new Command(
            "lint",
            "Checks options against labels, with the options of 'sleap train'; ends with 1 when there is a warning.\n"
                + "Example: sleap config lint labels.slp --type single-instance --scale 0.5"
        )
        {
            labels,
            json,
        };
        options.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var pose = VerbOutput.Context().Pose();
            var request = new TrainingRequest(options, parsed, null, null, CancellationToken.None);
            var findings = request.Lint(pose, request.Load(pose, parsed.GetRequiredValue(labels)));
            var warnings = findings.Count(finding => finding.IsWarning);
            var report = new JsonObject
            {
                ["warnings"] = warnings,
                ["findings"] = new JsonArray([
                    .. findings.Select(finding => new JsonObject
                    {
                        ["rule"] = finding.Rule.ToString(),
                        ["network"] = finding.Network,
                        ["warning"] = finding.IsWarning,
                        ["message"] = finding.Message,
                        ["advice"] = finding.Advice,
                    }),
                ]),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    .. findings
                        .Aggregate(
                            new OutputTable("kind", "network", "finding"),
                            (table, finding) =>
                                table.Row(
                                    finding.IsWarning ? "warning" : "note",
                                    finding.Network,
                                    $"{finding.Message} {finding.Advice}".TrimEnd()
                                )
                        )
                        .Lines(),
                    warnings == 0 ? "no warnings" : $"{warnings} warning{(warnings == 1 ? "" : "s")}",
                ]
            );
            return warnings == 0 ? 0 : 1;
        });
        return verb;
    }

    private static Argument<string> Labels() =>
        new("labels") { Description = "Labeled frames: .slp, .pkg.slp, a DeepLabCut project, a CSV table." };
}
