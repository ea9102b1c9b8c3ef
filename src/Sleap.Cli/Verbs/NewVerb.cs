using System.CommandLine;
using System.Text.Json.Nodes;

namespace Sleap.Cli;

/// <summary><c>sleap new NAME --labels FILE</c>: a folder of programs for a model of these labels.</summary>
internal static class NewVerb
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "What the model is called, for instance mouse." };
        var labels = new Option<string>("--labels")
        {
            Description = "Labeled frames: .slp, .pkg.slp, a DeepLabCut project, a CSV table.",
            Required = true,
        };
        var type = new Option<string?>("--type")
        {
            Description = $"Model type: {string.Join(", ", ProposedOptions.Types)}; else as the labels want it.",
        };
        type.AcceptOnlyFromAmong([.. ProposedOptions.Types]);
        var output = new Option<string?>("--out")
        {
            Description = "The folder to write; else one of the model's name here.",
        };
        var (predictions, json) = (VerbOutput.UsePredictions(), VerbOutput.Json());
        var verb = new Command(
            "new",
            "A folder of programs for a model of these labels: training, use, evaluation, each a file that "
                + "'dotnet run' runs, with every option's reason.\n"
                + "Example: sleap new mouse --labels labels.slp"
        )
        {
            name,
            labels,
            type,
            output,
            predictions,
            json,
        };
        verb.SetAction(parsed =>
        {
            var scaffold = new Scaffold(
                parsed.GetRequiredValue(name),
                parsed.GetRequiredValue(labels),
                parsed.GetValue(type),
                parsed.GetValue(predictions)
            );
            var folder = parsed.GetValue(output) ?? scaffold.FileName;
            var files = scaffold.Write(folder);
            foreach (var remark in Scaffold.Remarks(folder))
                Terminal.Say(remark);
            var labeled = scaffold.Proposal.Labels;
            var report = new JsonObject
            {
                ["out"] = folder,
                ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
                ["type"] = scaffold.Proposal.Type,
                ["type_reason"] = scaffold.TypeReason,
                ["reasons"] = new JsonObject(
                    scaffold.Reasons.Select(reason => KeyValuePair.Create(reason.Option, (JsonNode?)reason.Reason))
                ),
                ["frames"] = labeled.Frames,
                ["animals"] = labeled.Instances.Count,
                ["animal_length_px"] = VerbOutput.Number(labeled.Side(0.5)),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    $"{scaffold.Proposal.Type}: {scaffold.TypeReason}",
                    .. files,
                    $"Now: cd {folder} && dotnet run {scaffold.Name}.training.cs{SourceReference.For(folder).Run}",
                ]
            );
            return 0;
        });
        return verb;
    }
}
