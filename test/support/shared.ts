/**
 * Names the directory that the processes of one `npm test` share, for what is dear to make; a test file that is run by itself has
 * none.
 */
export const SHARED_VARIABLE = 'CONCORDAT_TEST_SHARED'
