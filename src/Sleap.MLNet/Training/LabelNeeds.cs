namespace Sleap.MLNet;

/// <summary>What a model type makes of labels.</summary>
/// <param name="OneAnimal">A row has exactly one animal.</param>
/// <param name="EmptyRows">A row without animals teaches that there is none.</param>
/// <param name="Tracks">Which animal is which must be known.</param>
internal readonly record struct LabelNeeds(bool OneAnimal, bool EmptyRows, bool Tracks);
