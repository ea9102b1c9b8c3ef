using System.Text.Json;
using System.Text.Json.Serialization;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// One change of a project, which is one step of undo. As JSON it is an object whose <c>type</c> is one of the names
/// here and whose other properties are those of the record, in camel case.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Batch), "batch")]
[JsonDerivedType(typeof(AddInstance), "addInstance")]
[JsonDerivedType(typeof(DeleteInstance), "deleteInstance")]
[JsonDerivedType(typeof(SetPoint), "setPoint")]
[JsonDerivedType(typeof(SetPoints), "setPoints")]
[JsonDerivedType(typeof(MoveInstance), "moveInstance")]
[JsonDerivedType(typeof(RotateInstance), "rotateInstance")]
[JsonDerivedType(typeof(DuplicateInstance), "duplicateInstance")]
[JsonDerivedType(typeof(FlipInstance), "flipInstance")]
[JsonDerivedType(typeof(MergeInstances), "mergeInstances")]
[JsonDerivedType(typeof(ConvertPrediction), "convertPrediction")]
[JsonDerivedType(typeof(SetNegative), "setNegative")]
[JsonDerivedType(typeof(AcceptPredictions), "acceptPredictions")]
[JsonDerivedType(typeof(DeletePredictions), "deletePredictions")]
[JsonDerivedType(typeof(ReplacePredictions), "replacePredictions")]
[JsonDerivedType(typeof(SetFrames), "setFrames")]
[JsonDerivedType(typeof(Interpolate), "interpolate")]
[JsonDerivedType(typeof(SetTrack), "setTrack")]
[JsonDerivedType(typeof(AddTrack), "addTrack")]
[JsonDerivedType(typeof(RenameTrack), "renameTrack")]
[JsonDerivedType(typeof(DeleteTrack), "deleteTrack")]
[JsonDerivedType(typeof(SwapTracks), "swapTracks")]
[JsonDerivedType(typeof(MergeTracks), "mergeTracks")]
[JsonDerivedType(typeof(SplitTrack), "splitTrack")]
[JsonDerivedType(typeof(RemoveTrack), "removeTrack")]
[JsonDerivedType(typeof(TickErrors), "tickErrors")]
[JsonDerivedType(typeof(ChangeBouts), "changeBouts")]
[JsonDerivedType(typeof(AddSuggestions), "addSuggestions")]
[JsonDerivedType(typeof(RemoveSuggestions), "removeSuggestions")]
[JsonDerivedType(typeof(SetSuggestions), "setSuggestions")]
[JsonDerivedType(typeof(AddSkeleton), "addSkeleton")]
[JsonDerivedType(typeof(AddNode), "addNode")]
[JsonDerivedType(typeof(RenameNode), "renameNode")]
[JsonDerivedType(typeof(RemoveNode), "removeNode")]
[JsonDerivedType(typeof(SetEdges), "setEdges")]
[JsonDerivedType(typeof(SetSymmetries), "setSymmetries")]
[JsonDerivedType(typeof(AddVideo), "addVideo")]
internal abstract record EditCommand
{
    /// <summary>Makes the change.</summary>
    /// <exception cref="EditException">It cannot be made.</exception>
    public abstract void Apply(StateEdit edit);
}

/// <summary>A change of one frame.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Zero-based frame number.</param>
internal abstract record FrameCommand(int Video, int Frame) : EditCommand
{
    /// <summary>The frame.</summary>
    [JsonIgnore]
    public FrameKey Key => new(Video, Frame);
}

/// <summary>Several changes as one.</summary>
/// <param name="Commands">The changes in order; none of them is a batch.</param>
internal sealed record Batch(IReadOnlyList<EditCommand> Commands) : EditCommand
{
    /// <inheritdoc/>
    public override void Apply(StateEdit edit)
    {
        EditLimits.CheckList("commands", Commands, EditLimits.Batch);
        foreach (var command in Commands)
        {
            if (command is Batch)
                throw EditException.Invalid("A batch holds commands that are no batches.");
            command.Apply(edit);
        }
    }
}

/// <summary>The JSON of commands.</summary>
internal static class EditJson
{
    /// <summary>
    /// How commands are read: what is missing, twice or not known is an error, and numbers are finite.
    /// </summary>
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerOptions.Strict)
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            AllowOutOfOrderMetadataProperties = true,
            MaxDepth = 16,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        };

    /// <summary>What names of types begin with, which say nothing to a person.</summary>
    private const string Namespace = "Sleap.Studio.";

    /// <summary>What a JSON text in UTF-8 holds; commands may be in it.</summary>
    /// <exception cref="EditException">The text is not that.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        if (json.Length > EditLimits.CommandBytes)
        {
            throw EditException.Invalid(
                $"The command has {json.Length:N0} bytes; {EditLimits.CommandBytes:N0} are allowed."
            );
        }
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw EditException.Invalid("The command is null.");
        }
        // A text without a type is not supported, as the serializer says it.
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw EditException.Invalid(
                $"The command cannot be read: {OneLine.Of(OneLine.Brief(fault.Message.Replace(Namespace, "")))}",
                fault
            );
        }
    }
}
