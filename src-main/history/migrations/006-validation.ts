/**
 * Validation examples, held out of the training examples: metrics of each epoch, and the best epoch chosen on them.
 * NULL without a split.
 */
export const sql = `
ALTER TABLE epochs ADD COLUMN validation_loss REAL;
ALTER TABLE epochs ADD COLUMN validation_accuracy REAL;

-- Where it is set, best_test_accuracy and best_epoch were picked on the validation examples, not on the test set.
ALTER TABLE runs ADD COLUMN best_validation_accuracy REAL;
-- The best accuracy of all epochs, which the best epoch has only where it is picked on the test set.
ALTER TABLE runs ADD COLUMN max_test_accuracy REAL;
UPDATE runs SET max_test_accuracy = best_test_accuracy;
`
