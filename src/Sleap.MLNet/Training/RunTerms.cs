using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sleap.MLNet;

/// <summary>
/// What a training goes on with only if it is the same as when it began: with other samples or another order it would
/// be another training.
/// </summary>
internal sealed partial record RunTerms
{
    public required string Model { get; init; }

    public required int Seed { get; init; }

    public required string Optimizer { get; init; }

    public required int BatchSize { get; init; }

    public required int StepsPerEpoch { get; init; }

    public required int TrainingSamples { get; init; }

    public required int ValidationSamples { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, TermsJson.Default.RunTerms);

    public static RunTerms FromJson(string json) => JsonSerializer.Deserialize(json, TermsJson.Default.RunTerms)!;

    /// <exception cref="InvalidOperationException">Lists every difference.</exception>
    public void RequireSame(RunTerms begun, string file)
    {
        (string Name, object Now, object Then)[] all =
        [
            ("the model", Model, begun.Model),
            ("the seed", Seed, begun.Seed),
            ("Training.Optimizer", Optimizer, begun.Optimizer),
            ("Training.BatchSize", BatchSize, begun.BatchSize),
            ("Training.StepsPerEpoch", StepsPerEpoch, begun.StepsPerEpoch),
            ("the number of training samples", TrainingSamples, begun.TrainingSamples),
            ("the number of validation samples", ValidationSamples, begun.ValidationSamples),
        ];
        string[] differences =
        [
            .. all.Where(term => !term.Now.Equals(term.Then))
                .Select(term => $"{term.Name} was {term.Then} and is {term.Now}"),
        ];
        if (differences.Length > 0)
        {
            throw new InvalidOperationException(
                $"The training in '{file}' cannot go on, it would be another one: "
                    + $"{string.Join("; ", differences)}. Make them the same, or begin in another Training.RunFolder."
            );
        }
    }

    [JsonSerializable(typeof(RunTerms))]
    private sealed partial class TermsJson : JsonSerializerContext;
}
